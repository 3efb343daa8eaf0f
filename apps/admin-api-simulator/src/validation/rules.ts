import { validationFailed, type ValidationErrors } from '../http/errors.js'

/** Collects what a validator finds wrong. Rules don't stop at the first failure, so one property can have several. */
export class Rules {
  readonly #errors: ValidationErrors = {}

  /** Adds a message when the rule does not hold. */
  must(holds: boolean, property: string, message: string): void {
    if (!holds) (this.#errors[property] ??= []).push(message)
  }

  /** Fails on null, on white space only, on an empty list and on 0. */
  notEmpty(value: string | number | readonly unknown[] | null, property: string, message?: string): void {
    this.must(!isEmpty(value), property, message ?? `'${displayName(property)}' must not be empty.`)
  }

  /** Fails above so many characters. */
  maximumLength(value: string | null, limit: number, property: string, message?: string): void {
    const length = value?.length ?? 0
    const text = `The length of '${displayName(property)}' must be ${limit} characters or fewer. You entered ${length} characters.`
    this.must(length <= limit, property, message ?? text)
  }

  /**
   * Ends the validation.
   * @throws ApiFailure 400 when any rule failed.
   */
  guard(): void {
    if (Object.keys(this.#errors).length > 0) throw validationFailed(this.#errors)
  }
}

/** Whether NotEmpty would call a value empty. */
export function isEmpty(value: string | number | readonly unknown[] | null): boolean {
  if (value === null) return true
  if (typeof value === 'number') return value === 0
  return typeof value === 'string' ? value.trim() === '' : value.length === 0
}

/** `ConnectionString` as messages spell it: `Connection String`. */
function displayName(property: string): string {
  return property.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
}

/** Whether text passes the original's email rule: one `@`, neither first nor last. */
export function isEmailAddress(value: string | null): boolean {
  if (value === null) return true
  const at = value.indexOf('@')
  return at > 0 && at !== value.length - 1 && at === value.lastIndexOf('@')
}
