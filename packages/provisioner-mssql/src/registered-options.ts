/** Keywords of SqlClient that say where and as whom to connect; its words can stand with or without spaces. */
const ownKeywords = [
  'data source',
  'server',
  'address',
  'addr',
  'network address',
  'initial catalog',
  'database',
  'user id',
  'uid',
  'user',
  'password',
  'pwd',
  'integrated security',
  'trusted connection',
  'authentication',
  'failover partner',
  'attach db filename',
  'extended properties',
  'initial file name',
]

/** JSON Schema has no flags, so both cases of every letter are spelt out. */
const anyCase = (keyword: string): string =>
  keyword.replaceAll(' ', '[ _]*').replace(/(?<!\[)[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)

/** What the name of a further option must match: words, and none of the keywords that we set ourselves. */
export const optionNamePattern = `^(?!(?:${ownKeywords.map(anyCase).join('|')}) *$)[A-Za-z][A-Za-z _]{0,49}$`

/** What its value must match: nothing that could end it and begin another keyword. */
export const optionValuePattern = `^[^;'"\\u0000-\\u001f\\u007f-\\u009f]*$`
