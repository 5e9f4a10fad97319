// node web/sounds/make.mjs: makes the sound fragments of the waiting-room screen from fragments.json with espeak-ng and
// lame (Debian packages of these names). A recording of a person under the same name in web/public/sounds takes the
// place of a made one: fragments that are there already are left alone unless --all is given.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

const here = import.meta.dirname
const out = path.join(here, '../public/sounds')
const all = process.argv.includes('--all')
const sets = JSON.parse(readFileSync(path.join(here, 'fragments.json'), 'utf8'))

let made = 0
for (const [folder, { voice, speed, fragments }] of Object.entries(sets)) {
  mkdirSync(path.join(out, folder), { recursive: true })
  for (const [name, text] of Object.entries(fragments)) {
    const mp3 = path.join(out, folder, `${name}.mp3`)
    if (!all && existsSync(mp3)) continue
    const wav = `${mp3}.wav`
    execFileSync('espeak-ng', ['-v', voice, '-s', String(speed), '-g', '2', '-w', wav, text])
    execFileSync('lame', ['--quiet', '-m', 'm', '--resample', '22.05', '-b', '32', wav, mp3])
    rmSync(wav)
    made++
  }
}
console.log(`${made} fragments made`)
