import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type { NewMedication } from './repository.ts'

/** Copied beside the compiled code by the build. */
const FILE = new URL('./formulary.csv', import.meta.url)

type Column = 'sku' | 'generic_name' | 'form' | 'strength' | 'unit' | 'category' | 'atc_code'
type Line = Record<Column | 'cost_price' | 'selling_price', string>

const orNull = (text: string) => (text === '' ? null : text)

/** The medicines that ship with the system: what a Malaysian clinic usually keeps, at invented prices. */
export async function readFormulary(): Promise<NewMedication[]> {
  const lines = parse(await readFile(FILE), { columns: true, skip_empty_lines: true, bom: true }) as Line[]
  return lines.map((line) => ({
    sku: line.sku,
    generic_name: line.generic_name,
    form: orNull(line.form),
    strength: orNull(line.strength),
    unit: line.unit,
    category: orNull(line.category),
    atc_code: orNull(line.atc_code),
    cost_price: orNull(line.cost_price),
    selling_price: line.selling_price,
  }))
}
