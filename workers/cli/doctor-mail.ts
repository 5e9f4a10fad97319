import type { Config } from '../../shared/config/config.ts'
import { faultOf, openTransport } from '../mails/transport.ts'
import { bad, type Finding, ok } from './doctor-finding.ts'

/** Whether the mail server lets us in; says nothing of whether it takes a letter. */
export async function mailFindings(config: Config): Promise<Finding[]> {
  const transport = openTransport(config)
  if (transport === null) return [ok('SMTP_URL', 'not set: scheduled reports are not mailed')]
  try {
    await transport.verify()
    return [ok('SMTP_URL', `the mail server lets us in; sender ${config.MAIL_FROM ?? 'clinic@ the site'}`)]
  } catch (error) {
    return [bad('SMTP_URL', `the mail server does not let us in (${faultOf(error).fault})`)]
  } finally {
    transport.close()
  }
}
