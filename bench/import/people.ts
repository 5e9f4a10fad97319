import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

const FIRST =
  'Ahmad,Siti,Nurul,Muhammad,Aminah,Farah,Wei Ling,Kah Seng,Mei Yee,Raj,Priya,Kumar,Lakshmi,Intan,Hafiz,Aisyah,Jia Hui,Zul,Azlan,Devi'.split(
    ',',
  )
const LAST =
  'Abdullah,Ismail,Hassan,Ibrahim,Tan,Lim,Lee,Wong,Ng,Ho,Subramaniam,Muthu,Rahman,Yusof,Osman,Chong,Goh,Pillai,Salleh,Othman'.split(
    ',',
  )
const STREETS = 'Jalan Mawar,Jalan Melati,Taman Sri Muda,Lorong Damai,Persiaran Gurney,Jalan Ampang'.split(
  ',',
)
const CITIES = 'Klang,Shah Alam,Ipoh,Melaka,Kuantan,Alor Setar,Johor Bahru'.split(',')
const STATES = 'Selangor,Perak,Melaka,Pahang,Kedah,Johor'.split(',')
const PLACES = ['01', '02', '03', '04', '05', '06', '07', '08', '10', '14']
const HEADER =
  'external_id,name,id_type,id_number,date_of_birth,gender,phone,email,address,postcode,state,registered_at'

/** One row in a hundred is refused for a fault of its own, one in two hundred for a key that is taken. */
const FAULTY_EVERY = 100
const DUPLICATE_EVERY = 200

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T

/** A scrambled number that is unique for each n below the modulus, so that keys do not arrive in order. */
const scramble = (n: number, modulus: number) => (n * 7_368_787) % modulus

const two = (n: number) => String(n).padStart(2, '0')

/** The n-th person as a line of about 150 bytes; every NRIC is unique and true to its birth date and gender. */
export function personLine(n: number): string {
  const mixed = scramble(n, 15_485_863)
  const year = 1940 + (mixed % 80)
  const month = 1 + (Math.floor(mixed / 80) % 12)
  const day = 1 + (Math.floor(mixed / 960) % 28)
  const female = n % 2 === 0
  const serial = String((Math.floor(mixed / 26_880) * 10 + (female ? 2 : 1) + (n % 4) * 2) % 10_000).padStart(
    4,
    '0',
  )
  const place = pick(PLACES, Math.floor(n / 100_000))
  const nric = `${two(year % 100)}${two(month)}${two(day)}${place}${serial}`
  const bin = female ? 'binti' : 'bin'
  const name = `${pick(FIRST, mixed)} ${pick(FIRST, mixed >> 5)} ${bin} ${pick(LAST, mixed >> 9)} ${nameTail(n)}`
  const phone =
    n % FAULTY_EVERY === 7 ? '12' : `01${n % 10}${String(scramble(n, 9_999_991)).padStart(7, '0')}`
  const id =
    n % DUPLICATE_EVERY === 13 ? `P${String(n - 1).padStart(8, '0')}` : `P${String(n).padStart(8, '0')}`
  const address = `"${n % 300}, ${pick(STREETS, mixed)}, ${pick(CITIES, mixed)}"`
  return `${id},${name},NRIC,${nric},${year}-${two(month)}-${two(day)},${female ? 'F' : 'M'},${phone},p${n}@mail.example,${address},${40_000 + (n % 9999)},${pick(STATES, mixed)},2024-0${1 + (n % 9)}-1${n % 9}`
}

/** A word of two syllables in five hundred: family names are many, and most of them are rare. */
function nameTail(n: number): string {
  const syllables = 'ba,ca,da,fa,ga,ha,ja,ka,la,ma,na,pa,ra,sa,ta,wa,ya,zu,ri,no,ki,mu,li'.split(',')
  return `${pick(syllables, n)}${pick(syllables, Math.floor(n / 23))}${pick(syllables, Math.floor(n / 529))}h`
}

const LINES_A_WRITE = 5000

/** Writes a file of so many people. */
export async function writePeople(path: string, rows: number): Promise<void> {
  const out = createWriteStream(path)
  out.write(`${HEADER}\n`)
  for (let from = 1; from <= rows; from += LINES_A_WRITE) {
    let text = ''
    for (let n = from; n < from + LINES_A_WRITE && n <= rows; n++) text += `${personLine(n)}\n`
    if (!out.write(text)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}
