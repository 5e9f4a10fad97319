import { senOf } from '../billing/rules.ts'
import type { Db } from '../db/connect.ts'
import { AppError } from '../errors/app-error.ts'
import { titlesOf } from '../icd10/reads.ts'
import type { ConsultationRow, ContentColumns } from './model.ts'
import { storedVitals } from './model.ts'
import type { ContentInput, Diagnosis, DiagnosisInput } from './schema.ts'

const broken = (path: string, message: string) => new AppError('rule/broken', { errors: [{ path, message }] })

/** The fields of a request in the form of the columns. */
function columnsOf(input: ContentInput): Partial<ContentColumns> {
  const { vitals, followUp, fee, procedures, subjective, objective, assessment, plan } = input
  const given: Partial<Record<keyof ContentColumns, string | number | null | undefined>> = {
    subjective,
    objective,
    assessment,
    plan,
    vitals: vitals === undefined ? undefined : storedVitals(vitals),
    fee_sen: fee == null ? fee : senOf(fee),
    follow_up_on: followUp === undefined ? undefined : (followUp?.on ?? null),
    follow_up_note: followUp === undefined ? undefined : (followUp?.note ?? null),
    procedures:
      procedures === undefined
        ? undefined
        : JSON.stringify(
            procedures.map(({ description, price, quantity }) => ({
              description,
              priceSen: senOf(price),
              quantity,
            })),
          ),
  }
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Partial<ContentColumns>
}

/** Diagnoses as they are kept: codes with their titles, exactly one primary. Throws `rule/broken` for unknown codes. */
async function diagnosesOf(
  db: Db,
  given: readonly DiagnosisInput[],
  before: readonly Diagnosis[],
  path: string,
): Promise<Diagnosis[]> {
  // a code that stands in the record may stay, even if nobody may choose it any more
  const titles = new Map(before.flatMap(({ code, title }) => (code === null ? [] : [[code, title] as const])))
  const asked = given.flatMap(({ code }) => (code == null || titles.has(code) ? [] : [code]))
  for (const [code, title] of await titlesOf(db, asked)) titles.set(code, title)
  const unknown = given.findIndex(({ code }) => code != null && !titles.has(code))
  if (unknown >= 0) throw broken(`${path}diagnoses.${unknown}.code`, 'There is no such code in use')
  const primary = Math.max(
    0,
    given.findIndex((each) => each.primary === true),
  )
  return given.map(({ code, text }, n) => ({
    code: code ?? null,
    title: code == null ? null : (titles.get(code) ?? null),
    text: text ?? null,
    primary: n === primary,
  }))
}

/**
 * A consultation as it will be with what a request says. `path` is where the request has it. Throws `rule/broken`.
 * At most one statement, and none where the diagnoses bring no new code.
 */
export async function withContent(
  db: Db,
  row: ConsultationRow,
  input: ContentInput,
  path = '',
): Promise<ConsultationRow> {
  const { on } = input.followUp ?? {}
  if (on !== undefined && on < row.day) throw broken(`${path}followUp.on`, 'Lies before the visit')
  const diagnoses =
    input.diagnoses === undefined
      ? row.diagnoses
      : await diagnosesOf(db, input.diagnoses, row.diagnoses, path)
  return { ...row, ...columnsOf(input), diagnoses }
}
