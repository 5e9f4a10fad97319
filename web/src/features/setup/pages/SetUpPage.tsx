import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, Navigate, useNavigate, useParams } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import type { Setting } from '../../settings/api.ts'
import { nextStep, partsOf, useMark, useSettings } from '../api.ts'
import { DoctorsStep } from '../components/DoctorsStep.tsx'
import { HoursStep } from '../components/HoursStep.tsx'
import { LogoStep } from '../components/LogoStep.tsx'
import { PatientsStep } from '../components/PatientsStep.tsx'
import { SettingsStep } from '../components/SettingsStep.tsx'
import styles from '../components/SetUp.module.css'
import { UsersStep } from '../components/UsersStep.tsx'
import { type Part, SETTINGS_OF, STEPS, type Step } from '../types.ts'

/** The guided set-up of a clinic: step by step, left at any time and taken up where it was. */
export function SetUpPage() {
  const { t } = useTranslation()
  const { step } = useParams()
  const mayWrite = useUser().permissions.includes('settings.write')
  const query = useSettings(mayWrite)
  const parts = partsOf(query.data)
  if (!mayWrite) return <Navigate to="/" replace />
  const shown = STEPS.find((one) => one === step)
  if (shown === undefined && parts !== undefined) return <Navigate to={`/setup/${nextStep(parts)}`} replace />
  return (
    <Page title={t('setup.title')}>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending ? <Loading rows={6} /> : null}
      {query.data === undefined || parts === undefined || shown === undefined ? null : (
        <div className={styles.page}>
          <Steps parts={parts} />
          <OneStep key={shown} step={shown} settings={query.data} parts={parts} />
        </div>
      )}
    </Page>
  )
}

function Steps({ parts }: { parts: readonly Part[] }) {
  const { t } = useTranslation()
  const { step } = useParams()
  return (
    <nav aria-label={t('setup.steps')}>
      <ol className={styles.steps}>
        {STEPS.map((one, at) => {
          const isDone = parts.includes(one)
          return (
            <li key={one}>
              <Link
                to={`/setup/${one}`}
                className={styles.step}
                aria-current={one === step ? 'page' : undefined}
                data-step={one}
              >
                <span className={styles.mark} data-done={isDone || undefined}>
                  {isDone ? <Icon name="check" size={14} /> : at + 1}
                </span>
                <span className={styles.word}>
                  {t(`setup.step.${one}`)}
                  {isDone ? <span className="sr-only"> ({t('setup.isDone')})</span> : null}
                </span>
              </Link>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

interface StepProps {
  step: Step
  settings: readonly Setting[]
  parts: readonly Part[]
}

function OneStep({ step, settings, parts }: StepProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const mark = useMark()
  const title = useRef<HTMLHeadingElement>(null)
  const [error, setError] = useState<unknown>(null)
  const following = STEPS[STEPS.indexOf(step) + 1]
  // Those who hear the page are told of the new step.
  useEffect(() => title.current?.focus({ preventScroll: true }), [])
  const done = async (): Promise<void> => {
    await mark(step)
    if (following !== undefined) await navigate(`/setup/${following}`)
  }
  const tried = (work: () => Promise<void>) => (): void => {
    setError(null)
    work().catch(setError)
  }
  const finish = async (): Promise<void> => {
    await mark(step)
    await mark('finished')
    await navigate('/')
  }
  const form = step === 'clinic' || step === 'numbers' || step === 'hours'
  return (
    <section className={styles.body} aria-labelledby="set-up-step">
      <h2 id="set-up-step" ref={title} tabIndex={-1}>
        {t(`setup.step.${step}`)}
      </h2>
      <p className={styles.hint}>{t(`setup.hint.${step}`)}</p>
      {parts.includes('finished') ? <Notice tone="good">{t('setup.finished')}</Notice> : null}
      <ErrorNotice error={error} />
      {step === 'clinic' || step === 'numbers' ? (
        <SettingsStep step={step} settings={settings} names={SETTINGS_OF[step]} onDone={done} />
      ) : null}
      {step === 'hours' ? <HoursStep settings={settings} onDone={done} /> : null}
      {step === 'logo' ? <LogoStep /> : null}
      {step === 'doctors' ? <DoctorsStep /> : null}
      {step === 'users' ? <UsersStep /> : null}
      {step === 'patients' ? <PatientsStep /> : null}
      {form ? null : (
        <div className={styles.foot}>
          <Button onClick={tried(following === undefined ? finish : done)}>
            {t(following === undefined ? 'setup.finish' : 'setup.next')}
          </Button>
        </div>
      )}
      {parts.includes('finished') || following === undefined ? null : (
        <p className={styles.end}>
          <Button size="compact-sm" variant="subtle" onClick={tried(finish)}>
            {t('setup.endEarly')}
          </Button>
        </p>
      )}
    </section>
  )
}
