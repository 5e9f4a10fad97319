export type { PanelKind } from '../../../../shared/panels/rules.ts'
export type { Panel, PanelInput, PanelList, Statement } from '../../../../shared/panels/schema.ts'
