import type { Row } from '../files/table.ts'
import { chapterOf } from './chapters.ts'
import { atOnce, COMMON, column, fetchRows, paged, type Report, type ReportAsk } from './report.ts'
import { periodOf } from './visits.ts'

const TOP = 50

const DIAGNOSES = `select /* reports.diagnoses */ g.code, i.title, count(*), count(distinct v.patient_id)
  from visits v
  join diagnoses g on g.visit_id = v.id
  left join consultations c on c.visit_id = v.id
  left join icd10_codes i on i.code = g.code
  where v.visited_on between :from and :to and g.code is not null
    and (c.status is null or c.status in ('signed', 'amended'))
    and (:doctor is null or ifnull(c.doctor_id, v.doctor_id) = :doctor)
  group by g.code
  order by count(*) desc, g.code`

async function diagnosisRows(ask: ReportAsk): Promise<Row[]> {
  const { from, to, doctor } = periodOf(ask)
  const codes = await fetchRows(ask.db, DIAGNOSES, { from, to, doctor })
  if (ask.params.by !== 'chapter') return codes.slice(0, TOP)
  const sums = new Map<string, [string, string, number, null]>()
  for (const [code, , count] of codes) {
    const found = chapterOf(String(code))
    const name = found === undefined ? '-' : `${found.from}-${found.to}`
    const sum = sums.get(name) ?? [name, found?.title[ask.language] ?? '-', 0, null]
    sum[2] += Number(count)
    sums.set(name, sum)
  }
  return [...sums.values()].sort((one, other) => other[2] - one[2] || one[0].localeCompare(other[0]))
}

/** The fifty most frequent diagnoses of visits that are signed, or all by chapter. */
export const diagnoses: Report = {
  title: { en: 'Diagnoses', ms: 'Diagnosis' },
  columns: [
    column.text('Code', 'Kod', 'code'),
    column.text('Title', 'Tajuk', 'title'),
    column.count('Diagnoses', 'Diagnosis', 'diagnoses'),
    { ...column.count('Patients', 'Pesakit', 'patients'), isSummed: false },
  ],
  chart: { kind: 'bars', by: 'code', value: 'diagnoses' },
  domains: null,
  rows: (ask) => atOnce(diagnosisRows(ask)),
}

const CERTIFICATES = `select /* reports.certificates */ c.id, c.number, c.issued_on, c.from_on, c.to_on,
    datediff(c.to_on, c.from_on) + 1,
    concat('P-', lpad(c.patient_id, greatest(6, length(c.patient_id)), '0')), c.patient_name, c.doctor_name, c.status
  from medical_certificates c
  where c.issued_on between :from and :to and (:doctor is null or c.doctor_id = :doctor) and c.id > :after
  order by c.id limit :rows`

const IMPORTED_CERTIFICATES = `select /* reports.imported-certificates */ i.id, '-', i.visited_on, i.mc_start,
    i.mc_start + interval (i.mc_days - 1) day, i.mc_days,
    concat('P-', lpad(v.patient_id, greatest(6, length(v.patient_id)), '0')), p.name, ifnull(d.name, '-'), 'imported'
  from imported_visits i
  join visits v on v.imported_id = i.id
  join patients p on p.id = v.patient_id
  left join doctors d on d.id = v.doctor_id
  where i.mc_days > 0 and i.visited_on between :from and :to and (:doctor is null or v.doctor_id = :doctor)
    and i.id > :after
  order by i.id limit :rows`

async function* certificateRows(ask: ReportAsk): AsyncGenerator<readonly Row[], void> {
  const { from, to, doctor } = periodOf(ask)
  yield* paged(ask.db, CERTIFICATES, { from, to, doctor })
  yield* paged(ask.db, IMPORTED_CERTIFICATES, { from, to, doctor })
}

/** Certificates as they were issued, voided ones too; behind them those of imported visits, which have no number here. */
export const certificates: Report = {
  title: { en: 'Certificates issued', ms: 'Sijil cuti sakit dikeluarkan' },
  columns: [
    column.text('Number', 'Nombor', 'number'),
    column.day('Issued', 'Dikeluarkan', 'issuedOn'),
    column.day('From', 'Dari', 'from'),
    column.day('To', 'Hingga', 'to'),
    column.count('Days', 'Hari', 'days'),
    COMMON.clinicNumber,
    COMMON.patient,
    COMMON.doctor,
    column.text('Status', 'Status', 'status'),
  ],
  domains: null,
  rows: certificateRows,
}

const IMPORTS = `select /* reports.imports */ o.no, concat(replace(o.created_at, ' ', 'T'), 'Z'), o.kind, o.file_name,
    u.name, o.status, ifnull(json_value(o.counts, '$.read'), 0), ifnull(json_value(o.counts, '$.inserted'), 0),
    ifnull(json_value(o.counts, '$.updated'), 0), ifnull(json_value(o.counts, '$.rejected'), 0)
  from operations o
  left join users u on u.id = o.created_by
  where o.type = 'import' and o.created_at >= :start and o.created_at < :end and o.no > :after
  order by o.no limit :rows`

/** What was imported, by whom, and how it ended. */
export const imports: Report = {
  title: { en: 'Import history', ms: 'Sejarah import' },
  columns: [
    column.instant('When', 'Bila', 'at'),
    column.text('Kind', 'Jenis', 'kind'),
    column.text('File', 'Fail', 'file'),
    column.text('By', 'Oleh', 'by'),
    column.text('Status', 'Status', 'status'),
    column.count('Read', 'Dibaca', 'read'),
    column.count('New', 'Baharu', 'inserted'),
    column.count('Updated', 'Dikemas kini', 'updated'),
    column.count('Refused', 'Ditolak', 'rejected'),
  ],
  domains: null,
  rows: (ask) => {
    const { start, end } = periodOf(ask)
    return paged(ask.db, IMPORTS, { start, end })
  },
}

// an entry names its patient, or it lists several who were shown together
const ACCESS = `select /* reports.patient-access */ e.id, concat(replace(e.at, ' ', 'T'), 'Z'), e.username, e.role,
    e.action, e.entity, e.outcome, e.address
  from audit_entries e
  where e.id > :after and e.id in (
    (select a.id from audit_entries a where a.patient_id = :patient and a.at >= :start and a.at < :end)
    union
    (select s.audit_id from audit_shown s where s.patient_id = :patient and s.at >= :start and s.at < :end))
  order by e.id limit :rows`

/** Who had to do with a patient's data. */
export const patientAccess: Report = {
  title: { en: 'Access to a patient', ms: 'Capaian kepada pesakit' },
  columns: [
    column.instant('When', 'Bila', 'at'),
    column.text('User', 'Pengguna', 'user'),
    column.text('Role', 'Peranan', 'role'),
    column.text('Action', 'Tindakan', 'action'),
    column.text('Record', 'Rekod', 'entity'),
    column.text('Outcome', 'Hasil', 'outcome'),
    column.text('Address', 'Alamat', 'address'),
  ],
  domains: null,
  rows: (ask) => {
    const { start, end } = periodOf(ask)
    return paged(ask.db, ACCESS, { start, end, patient: ask.params.patientId ?? null })
  },
}
