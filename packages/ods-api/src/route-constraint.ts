const guid = /^(\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})$/i

/** Whole numbers of so many bits. */
const isWhole = (value: string, bits: bigint): boolean => {
  if (!/^[+-]?\d+$/.test(value)) return false
  const number = BigInt(value.replace('+', ''))
  const limit = 1n << (bits - 1n)
  return number >= -limit && number < limit
}

const isNumber = (value: string): boolean => /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value)

/** A number of a constraint that works on 64-bit numbers. */
const within = (value: string, low: string | undefined, high: string | undefined): boolean =>
  isWhole(value, 64n) &&
  (low === undefined || BigInt(value.replace('+', '')) >= BigInt(low)) &&
  (high === undefined || BigInt(value.replace('+', '')) <= BigInt(high))

const constraints: Record<string, (value: string, ...args: string[]) => boolean> = {
  int: (value) => isWhole(value, 32n),
  long: (value) => isWhole(value, 64n),
  bool: (value) => /^(true|false)$/i.test(value),
  decimal: isNumber,
  double: isNumber,
  float: isNumber,
  guid: (value) => guid.test(value),
  alpha: (value) => /^[a-z]*$/i.test(value),
  required: (value) => value.trim() !== '',
  minlength: (value, low) => value.length >= Number(low),
  maxlength: (value, high) => value.length <= Number(high),
  length: (value, low, high = low) => value.length >= Number(low) && value.length <= Number(high),
  min: (value, low) => within(value, low, undefined),
  max: (value, high) => within(value, undefined, high),
  range: (value, low, high) => within(value, low, high),
  datetime: (value) => !Number.isNaN(Date.parse(value)),
}

/**
 * Whether a value meets a route constraint of ASP.NET Core, `range(2000,2099)`. One that is not known here, or makes no
 * sense, is taken for met: ODS/API decides.
 * https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
 */
export function fitsConstraint(constraint: string, value: string): boolean {
  const [, name = '', argument = ''] = /^([^(]+)(?:\((.*)\))?$/s.exec(constraint.trim()) ?? []
  try {
    if (name.toLowerCase() === 'regex') return new RegExp(argument, 'i').test(value)
    const check = constraints[name.toLowerCase()]
    return check ? check(value, ...argument.split(',').map((each) => each.trim())) : true
  } catch {
    return true
  }
}
