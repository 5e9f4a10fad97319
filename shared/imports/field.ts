/** One field of a kind. `format` and `example` are for people; `synonyms` are headers, compared by `foldHeader`. */
export interface ImportField {
  name: string
  required: boolean
  format: string
  example: string
  synonyms: readonly string[]
  /** The field in several columns, each with its headers; those found are joined. Shared ones may be those of other fields too. */
  parts?: { with: string; columns: readonly (readonly string[])[]; areShared?: true }
  /** What a header says about another field: a column `NRIC` also says that the ID type is NRIC. */
  implies?: { field: string; byHeader: Readonly<Record<string, string>> }
  /** Whether a given sample can be this field; a column in which most cannot is not suggested for it. */
  recognises?: (text: string) => boolean
}
