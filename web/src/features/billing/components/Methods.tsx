import { useTranslation } from 'react-i18next'
import { Key } from '../../../ui/Key.tsx'
import { METHOD_KEYS } from '../desk.ts'
import type { Method } from '../types.ts'
import styles from './Desk.module.css'

interface MethodsProps {
  chosen: Method
  hasPanel: boolean
  onChoose: (method: Method) => void
}

/** The ways to pay, each with its key. */
export function Methods({ chosen, hasPanel, onChoose }: MethodsProps) {
  const { t } = useTranslation()
  return (
    <fieldset className={styles.methods}>
      <legend className="sr-only">{t('billing.byMethod')}</legend>
      {METHOD_KEYS.filter(({ method }) => hasPanel || method !== 'panel').map(({ method, key }) => (
        <button
          key={method}
          type="button"
          className={styles.method}
          aria-pressed={method === chosen}
          aria-keyshortcuts={key}
          onClick={() => onChoose(method)}
        >
          {t(`billing.method.${method}`)}
          <Key of={key} />
        </button>
      ))}
    </fieldset>
  )
}
