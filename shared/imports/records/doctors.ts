import { isPlaceholder } from '../../doctors/rules.ts'
import type { RecordRules } from './row.ts'

const CODE = /^[A-Z0-9]{1,10}$/
const MMC = /^[0-9]{4,6}$/
const APC = /^[0-9]{1,7}\/[0-9]{4}$/
const MAX_NAME = 255
const MAX_SPECIALTY = 120
const MAX_ROOM = 20

/** The stored form of a doctor's code, or null. */
export function canonicalDoctorCode(text: string): string | null {
  const code = text.toUpperCase()
  return CODE.test(code) ? code : null
}

const realNumber = (pattern: RegExp) => (text: string) =>
  pattern.test(text) && !isPlaceholder(text) ? text : null

/** Doctors by their codes. */
export const DOCTOR_RULES: RecordRules = {
  fields: [
    {
      name: 'doctor_code',
      required: true,
      format: '1 to 10 letters and digits, unique',
      example: 'DR01',
      synonyms: ['code', 'doctor id', 'kod doktor', 'provider code'],
    },
    {
      name: 'name',
      required: true,
      format: 'up to 255 characters',
      example: 'Dr Aminah binti Yusof',
      synonyms: ['doctor name', 'full name', 'nama', 'nama doktor'],
    },
    {
      name: 'specialty',
      required: false,
      format: 'up to 120 characters',
      example: 'Family medicine',
      synonyms: ['speciality', 'kepakaran'],
    },
    {
      name: 'mmc_number',
      required: false,
      format: '4 to 6 digits',
      example: '54321',
      synonyms: ['mmc', 'mmc no', 'no mmc'],
    },
    {
      name: 'apc_number',
      required: false,
      format: 'serial/year',
      example: '15432/2026',
      synonyms: ['apc', 'apc no', 'no apc'],
    },
    {
      name: 'room',
      required: false,
      format: 'up to 20 characters',
      example: '2',
      synonyms: ['room no', 'bilik'],
    },
  ],
  leastNeeded: ['doctor_code', 'name'],
  keys: ['doctor_code', 'mmc_number'],
  read: (row) => ({
    doctor_code: row.value('doctor_code', canonicalDoctorCode, 'BAD_DOCTOR_CODE', 'MISSING_DOCTOR_CODE'),
    name: row.name('name', MAX_NAME),
    specialty: row.text('specialty', MAX_SPECIALTY),
    mmc_number: row.value('mmc_number', realNumber(MMC), 'BAD_MMC_NUMBER'),
    apc_number: row.value('apc_number', realNumber(APC), 'BAD_APC_NUMBER'),
    room: row.text('room', MAX_ROOM),
  }),
}
