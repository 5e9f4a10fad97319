import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'

/** Copied beside the compiled code by the build. */
const FILE = new URL('./common.csv', import.meta.url)

/** A code with its title. */
export interface Icd10Code {
  code: string
  title: string
}

/** The codes that ship with the system: what a general clinic uses every day. The whole list is imported. */
export async function readCommonCodes(): Promise<Icd10Code[]> {
  return parse(await readFile(FILE), { columns: true, skip_empty_lines: true, bom: true }) as Icd10Code[]
}
