import { canonicalState } from '../units/states.ts'
import type { ImportField } from './field.ts'

const DAY = 'YYYY-MM-DD or DD/MM/YYYY'

const nric = [
  'nric',
  'nric no',
  'nric number',
  'ic',
  'ic no',
  'ic number',
  'no ic',
  'no kp',
  'no kad pengenalan',
  'mykad',
]
const passport = ['passport', 'passport no', 'passport number', 'pasport', 'no pasport']
const means = (headers: readonly string[], value: string) => headers.map((header) => [header, value] as const)

/** The fields of an import of patients in the order of the patient rules; synonyms in English, Malay and of EMR exports. */
export const PATIENT_FIELDS: readonly ImportField[] = [
  {
    name: 'external_id',
    required: true,
    format: 'text, unique in its source',
    example: 'P00000001',
    synonyms: ['id', 'patient id', 'patient no', 'mrn', 'id pesakit', 'no pesakit', 'no fail'],
  },
  {
    name: 'name',
    required: true,
    format: 'full name as on the card, up to 255 characters',
    example: 'Siti Aminah binti Hassan',
    synonyms: ['full name', 'fullname', 'patient name', 'nama', 'nama penuh', 'nama pesakit'],
    parts: {
      with: ' ',
      columns: [
        ['prefix', 'title', 'gelaran'],
        ['first', 'first name', 'firstname', 'given name', 'given', 'nama pertama'],
        ['middle', 'middle name'],
        ['last', 'last name', 'lastname', 'family name', 'family', 'surname', 'nama keluarga'],
        ['suffix'],
      ],
    },
  },
  {
    name: 'id_type',
    required: true,
    format: 'NRIC, PASSPORT, ARMY, POLICE, BIRTH_CERT or UNHCR',
    example: 'NRIC',
    synonyms: ['type of id', 'identity type', 'document type', 'jenis id', 'jenis pengenalan'],
  },
  {
    name: 'id_number',
    required: true,
    format: 'NRIC of 12 digits with or without dashes; passport of 6 to 12 letters and digits',
    example: '880412-14-5678',
    synonyms: ['id no', 'identity number', 'identity no', 'no id', 'no pengenalan', ...nric, ...passport],
    implies: {
      field: 'id_type',
      byHeader: Object.fromEntries([...means(nric, 'NRIC'), ...means(passport, 'PASSPORT')]),
    },
  },
  {
    name: 'date_of_birth',
    required: true,
    format: DAY,
    example: '1988-04-12',
    synonyms: ['dob', 'birth date', 'birthdate', 'birthday', 'born', 'tarikh lahir'],
  },
  {
    name: 'gender',
    required: true,
    format: 'M, F, Male, Female, Lelaki or Perempuan',
    example: 'F',
    synonyms: ['sex', 'jantina'],
  },
  {
    name: 'phone',
    required: true,
    format: 'Malaysian number, or + and an international one',
    example: '012-345 6789',
    synonyms: [
      'telephone',
      'telephone no',
      'tel',
      'tel no',
      'phone no',
      'phone number',
      'mobile',
      'mobile no',
      'mobile number',
      'handphone',
      'hp',
      'contact',
      'contact no',
      'telefon',
      'no telefon',
      'no tel',
      'no hp',
      'no bimbit',
    ],
  },
  {
    name: 'email',
    required: false,
    format: 'e-mail address',
    example: 'siti.aminah@example.com',
    synonyms: ['e mail', 'email address', 'emel'],
  },
  {
    name: 'address',
    required: false,
    format: 'text, up to 500 characters',
    example: '12, Jalan Mawar, Kajang',
    synonyms: ['full address', 'alamat', 'alamat penuh'],
    parts: {
      with: ', ',
      columns: [
        ['address', 'alamat', 'street', 'jalan', 'address 1', 'address line 1', 'alamat 1'],
        ['address 2', 'address line 2', 'alamat 2'],
        ['address 3', 'address line 3', 'alamat 3'],
        ['city', 'town', 'bandar'],
        ['state', 'province', 'region'],
      ],
    },
  },
  {
    name: 'postcode',
    required: false,
    format: '5 digits',
    example: '43000',
    synonyms: ['post code', 'postal code', 'zip', 'zip code', 'poskod'],
  },
  {
    name: 'state',
    required: false,
    format: 'a Malaysian state or federal territory',
    example: 'Selangor',
    synonyms: ['negeri', 'province'],
    recognises: (text) => canonicalState(text) !== null,
  },
  {
    name: 'company',
    required: false,
    format: 'text, up to 200 characters',
    example: '',
    synonyms: ['employer', 'panel', 'syarikat', 'majikan'],
  },
  {
    name: 'allergies',
    required: false,
    format: 'text, up to 1,000 characters',
    example: 'Penicillin',
    synonyms: ['allergy', 'alahan', 'alergi'],
  },
  {
    name: 'registered_at',
    required: true,
    format: DAY,
    example: '2024-02-29',
    synonyms: [
      'registered on',
      'registered',
      'registration date',
      'date registered',
      'tarikh daftar',
      'tarikh pendaftaran',
    ],
  },
  {
    name: 'remarks',
    required: false,
    format: 'text, up to 2,000 characters',
    example: '',
    synonyms: ['remark', 'note', 'notes', 'comments', 'catatan', 'nota'],
  },
]
