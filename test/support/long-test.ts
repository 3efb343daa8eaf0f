/**
 * A test that takes seconds although its neighbours do not: `npm test` leaves it out (it says so with `TEST_LONG=no`),
 * `npm run test:full` and a single file run it.
 */
export function longTest(title: string, test: () => Promise<void>): void {
  if (process.env['TEST_LONG'] !== 'no') it(title, test)
}
