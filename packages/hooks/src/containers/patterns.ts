/** Whether a text fits one of these patterns as a whole; `*` stands for any text, also with slashes. */
export function createPatterns(patterns: readonly string[]): (text: string) => boolean {
  const expressions = patterns.map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .split('*')
          .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
          .join('.*')}$`,
      ),
  )
  return (text) => expressions.some((expression) => expression.test(text))
}
