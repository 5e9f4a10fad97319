// Every screen: where it is, and what shows that it stands.

/** Name, address and what has to be there, of the screens that are reached by their address alone. */
export const screens = (scene) => [
  ['queue', '/queue', '#main [data-ticket]'],
  ['patients', '/patients', '#main li a'],
  ['patient-new', '/patients/new', 'form input[name=name]'],
  ['family', '/patients/family', '#main [data-member]'],
  ['consult', '/consult', '#main [data-ticket]'],
  ['consultation', scene.consultation, '#main [data-jump=medicine]'],
  ['dispensary', scene.visit, '#main [data-line]'],
  ['medicines', '/medicines', '#main table'],
  ['medicine', scene.medicine, '#main table'],
  ['expiring', '/medicines?view=expiring', '#main'],
  ['register', '/medicines?view=register', '#main input'],
  ['stock-value', '/medicines?view=value', '#main [data-worth] table'],
  ['cashier', '/cashier', '#main [data-ticket]'],
  ['bill', scene.bill, '#main input[name=amount]'],
  ['payments', '/payments', '#main table'],
  ['shifts', '/shifts', '#main input'],
  ['panels', '/panels', '#main h1'],
  ['appointments', '/appointments', '#main [role=radiogroup]'],
  ['dashboard', '/dashboard', '#main [data-day]'],
  ['reports', '/reports', '#main [data-field=report]'],
  ['export', '/reports?tab=export', '#main [data-field=kind]'],
  ['imports', '/imports', '#main table'],
  ['import-new', '/imports/new', 'input[type=file]'],
  ['import-done', scene.imported, '[data-status=completed]'],
  ['set-up', '/setup/clinic', '#main form input'],
  ['set-up-hours', '/setup/hours', '#main [data-day]'],
  ['users', '/admin/users', '#main table'],
  ['tokens', '/admin/tokens', '#main h1'],
  ['doctors', '/admin/doctors', '#main h1'],
  ['settings', '/admin/settings', '#main input'],
  ['displays', '/admin/displays', '#main h1'],
  ['audit', '/admin/audit', '#main table'],
  ['blocks', '/admin/blocks', '#main h1'],
  ['backups', '/admin/backups', '#main [data-schedule]'],
  ['health', '/admin/health', '#main table'],
  ['password', '/account/password', 'input[name=newPassword]'],
  ['sessions', '/account/sessions', '#main table'],
  ['two-factor', '/account/two-factor', 'input[name=password]'],
  ['verify', '/verify/nothing-of-ours', 'main [data-result]'],
  ['display', '/display', 'main'],
]

/** The screens that take some steps. */
export async function shootSteps(page, shoot, scene) {
  await page.goto('/queue')
  await page.locator('[data-ticket]').first().waitFor()
  await page.keyboard.press('ArrowDown')
  await shoot('queue-ticket')
  await page.goto('/patients')
  await page.locator('#main li a').first().waitFor()
  await page.keyboard.press('/')
  await page.locator('search input:focus').waitFor()
  await page.keyboard.type('bin a')
  await page.locator('search [aria-busy=false] [role=option]').first().waitFor()
  await shoot('search')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/patients\/\d+$/)
  await page.locator('#main dl').first().waitFor()
  await shoot('patient')
  const edit = page.getByRole('button', { name: /^(Edit|Ubah)$/ })
  if ((await edit.count()) > 0) {
    await edit.click()
    await page.locator('form input[name=name]').waitFor()
    await shoot('patient-edit')
  }
  await page.goto('/imports/new')
  await page.setInputFiles('input[type=file]', scene.file)
  await page.locator('#main table').first().waitFor()
  await shoot('import-preview')
  await page.goto('/imports')
  await page.locator('#main h1').waitFor()
  await page.locator('header button[aria-expanded]').first().click()
  await shoot('job-tray')
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await shoot('shortcuts')
}
