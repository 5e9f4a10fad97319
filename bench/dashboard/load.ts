import mysql from 'mysql2/promise'

export const VISITS_A_DAY = 500
const PATIENTS = 200_000
const DOCTORS = 20
const ROWS_A_STATEMENT = 250_000
/** The days of which there are diagnoses and medicines too; a read never looks at more than a month. */
const FULL_DAYS = 60

const DAY = `date(:last) - interval floor((seq - 1) / ${VISITS_A_DAY}) day`
/** The clinic opens at eight, midnight UTC, and people come over ten hours. */
const AT = `timestamp(${DAY}) + interval ((seq * 7919) % 36000) second`
const DOCTOR = `1 + seq % ${DOCTORS}`
const PATIENT = `1 + (seq * 31) % ${PATIENTS}`

const VISITS = `insert into visits (id, patient_id, visited_on, doctor_id, created_at)
  select seq, ${PATIENT}, ${DAY}, ${DOCTOR}, ${AT} from`
const TICKETS = `insert into tickets (id, day, series, no, number, visit_id, patient_id, status, doctor_id, priority,
    line_rank, place, slip_hash, waited_s, consulted_s, status_at, created_at)
  select seq, ${DAY}, 'A', 1 + (seq - 1) % ${VISITS_A_DAY}, concat('A', 1 + (seq - 1) % ${VISITS_A_DAY}), seq, ${PATIENT},
    if(seq % 40 = 0, 'cancelled', 'completed'), ${DOCTOR}, 'normal', 4, seq, lpad(seq, 43, '0'),
    (seq * 104729) % 7200, (seq * 15485863) % 1800, ${AT}, ${AT} from`
const PAYMENTS = `insert into payments (id, bill_id, visit_id, patient_id, doctor_id, series, no, number, kind, status,
    amount_sen, balance_sen, user_id, paid_on, created_at)
  select seq, seq, seq, ${PATIENT}, ${DOCTOR}, 'receipt', seq, concat('R', seq), 'payment', 'recorded',
    2000 + (seq * 37) % 20000, 0, 1, ${DAY}, ${AT} from`
const TENDERS = `insert into payment_tenders (id, payment_id, method, amount_sen, patient_id, paid_on)
  select seq, seq, elt(1 + seq % 5, 'cash', 'card', 'duitnow', 'ewallet', 'panel'), 2000 + (seq * 37) % 20000,
    ${PATIENT}, ${DAY} from`
const CONSULTATIONS = `insert into consultations (id, visit_id, patient_id, doctor_id, day, status, vitals, subjective,
    objective, assessment, plan, procedures, created_at, updated_at)
  select seq, seq, ${PATIENT}, ${DOCTOR}, ${DAY}, 'signed', '{}', '', '', '', '', '[]', ${AT}, ${AT} from`
const DIAGNOSES = `insert into diagnoses (visit_id, position, code, is_primary)
  select seq, 0, concat('J', lpad((seq * 13) % 60, 2, '0')), 1 from`
const LINES = `insert into prescription_lines (visit_id, patient_id, position, medication_id, description, dose, dose_unit,
    route, frequency, quantity, instructions_ms, instructions_en, unit_price_sen, status, warnings, ordered_at,
    handed_over_at)
  select seq, ${PATIENT}, 0, 1 + (seq * 17) % 300, 'x', 1, 'tablet', 'oral', 'tds', 10, '', '', 20, 'handed_over', '[]',
    ${AT}, ${AT} from`

/** Fills an empty, migrated database with so many visits, the last of them on `last`, by set-based statements. */
export async function loadVisits(migrateUrl: string, visits: number, last: string): Promise<void> {
  const connection = await mysql.createConnection({ uri: migrateUrl, namedPlaceholders: true, timezone: 'Z' })
  const fill = async (sql: string, rows: number) => {
    for (let from = 1; from <= rows; from += ROWS_A_STATEMENT) {
      const to = Math.min(rows, from + ROWS_A_STATEMENT - 1)
      await connection.query(`${sql} seq_${from}_to_${to}`, { last })
    }
  }
  try {
    await connection.query('set foreign_key_checks = 0, unique_checks = 0')
    await fill("insert into patients (id, name) select seq, concat('Bench Person', seq) from", PATIENTS)
    await fill(
      `insert into doctors (code, name, working_hours, created_at, updated_at)
        select concat('D', seq), concat('Dr ', seq), '[]', now(3), now(3) from`,
      DOCTORS,
    )
    await fill(
      `insert into medications (sku, generic_name, unit, selling_price)
        select concat('S', seq), concat('Medicine ', seq), 'tablet', 1 from`,
      300,
    )
    for (const sql of [VISITS, TICKETS, PAYMENTS, TENDERS]) await fill(sql, visits)
    for (const sql of [CONSULTATIONS, DIAGNOSES, LINES])
      await fill(sql, Math.min(visits, FULL_DAYS * VISITS_A_DAY))
    await connection.query(
      'analyze table visits, tickets, payments, payment_tenders, consultations, diagnoses',
    )
  } finally {
    await connection.end()
  }
}
