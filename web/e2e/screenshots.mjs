// npm run screenshots: every screen in both languages, wide and narrow, light and dark, into screenshots/.
// --as en.dark.390 (several times) makes only these, --user admin shows them as that person.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { launch, personAt, signIn } from './pictures/browser.mjs'
import { setScene } from './pictures/scene.mjs'
import { screens, shootSteps } from './pictures/screens.mjs'

const { values } = parseArgs({
  options: { as: { type: 'string', multiple: true }, user: { type: 'string', default: 'superadmin' } },
})
const out = path.resolve('screenshots')
const SETTLE_MS = 400
/** A page that this person is not let into stands without what is waited for. */
const PATIENCE_MS = 15_000
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]
const looks = ['en', 'ms'].flatMap((language) =>
  ['light', 'dark'].flatMap((scheme) =>
    SIZES.map((size) => ({ name: `${language}.${scheme}.${size.width}`, language, scheme, ...size })),
  ),
)

mkdirSync(out, { recursive: true })
const browser = await launch()
const scene = await setScene(browser, SIZES[0])
let pictures = 0
for (const look of looks.filter(({ name }) => values.as === undefined || values.as.includes(name))) {
  const made = await personAt(browser, look)
  const page = await made.newPage()
  const shoot = async (name) => {
    await page.waitForTimeout(SETTLE_MS)
    await page.screenshot({ path: path.join(out, `${name}.${look.name}.png`) })
    pictures++
  }
  await page.goto('/')
  await page.locator('input[name=username]').waitFor()
  await shoot('sign-in')
  await signIn(page, values.user)
  for (const [name, address, ready] of screens(scene)) {
    await page.goto(address)
    const standing = page.locator(ready).first().waitFor({ state: 'attached', timeout: PATIENCE_MS })
    await standing.catch(() => console.log(`${name} shows no ${ready} to ${values.user}`))
    await shoot(name)
  }
  await shootSteps(page, shoot, scene)
  await made.close()
}
await browser.close()
console.log(`${pictures} pictures in ${out}`)
