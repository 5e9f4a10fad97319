import { describe, expect, it } from 'vitest'
import { addressesOf, bodyOf, canRepeat, firstForm, isWhole, periodsOf, undated } from './standing.ts'

describe('a report that is to be made by itself', () => {
  it('is any but who saw a patient', () => {
    expect([canRepeat('revenue'), canRepeat('patient-access')]).toEqual([true, false])
  })

  it('has the periods that fit it', () => {
    expect(periodsOf('revenue')).toContain('yesterday')
    expect(periodsOf('panel-statement')).toEqual(['this-month', 'last-month'])
    expect(periodsOf('stock')).toEqual([])
  })

  it('is sent without days, with the day that its rhythm has', () => {
    expect(undated({ from: 'a', to: 'b', month: 'c', by: 'day' })).toEqual({ by: 'day' })
    const form = firstForm('Revenue')
    expect(bodyOf('revenue', form)).toMatchObject({
      monthDay: 1,
      weekday: null,
      recipients: [],
      attach: false,
    })
    expect(bodyOf('revenue', { ...form, every: 'week', weekday: '5' })).toMatchObject({
      monthDay: null,
      weekday: 5,
    })
  })

  it('is attached only where there is somebody to send it to, and no patient in it', () => {
    const form = { ...firstForm('x'), recipients: 'a@x.test, b@x.test;c@x.test', attach: true }
    expect(addressesOf(form.recipients)).toEqual(['a@x.test', 'b@x.test', 'c@x.test'])
    expect(bodyOf('revenue', form).attach).toBe(true)
    expect(bodyOf('revenue', { ...form, recipients: ' ' }).attach).toBe(false)
    expect(bodyOf('panel-statement', form).attach).toBe(false)
  })

  it('needs a title, a time and a day that every month has', () => {
    const form = firstForm('x')
    expect(
      [form, { ...form, title: ' ' }, { ...form, at: '6' }, { ...form, monthDay: 31 }].map(isWhole),
    ).toEqual([true, false, false, false])
  })
})
