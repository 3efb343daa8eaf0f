/** Keywords of Npgsql that say where and as whom to connect; the words of one can stand with or without spaces. */
const ownKeywords = [
  'host',
  'server',
  'port',
  'database',
  'db',
  'user name',
  'user id',
  'uid',
  'password',
  'passfile',
  'psw',
  'pwd',
  'integrated security',
]

/** JSON Schema has no flags, so both cases of every letter are spelt out. */
const anyCase = (keyword: string): string =>
  keyword.replaceAll(' ', ' *').replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)

/** What the name of a further option must match: words, and none of the keywords that we set ourselves. */
export const optionNamePattern = `^(?!(?:${ownKeywords.map(anyCase).join('|')}) *$)[A-Za-z][A-Za-z ]{0,49}$`

/** What its value must match: nothing that could end it and begin another keyword. */
export const optionValuePattern = `^[^;'"\\u0000-\\u001f\\u007f-\\u009f]*$`
