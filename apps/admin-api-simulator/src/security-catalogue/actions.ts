/** `dbo.Actions` of the security database. */
export interface Action {
  id: number
  name: string
  uri: string
}

/** What a claim set can allow on a resource. */
export const actions: readonly Action[] = ['Create', 'Read', 'Update', 'Delete', 'ReadChanges'].map((name, index) => ({
  id: index + 1,
  name,
  uri: `http://ed-fi.org/odsapi/actions/${name.charAt(0).toLowerCase()}${name.slice(1)}`,
}))
