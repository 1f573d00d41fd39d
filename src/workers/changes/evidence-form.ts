import { EVIDENCE_FORMS, type EvidenceForm, type EvidenceFormData } from '../../shared/evidence-forms.ts';
import type { Evidence } from '../../shared/report.ts';

/** Evidence whose data was found to have its form. */
export type InForm<F extends EvidenceForm> = { number: number; data: EvidenceFormData<F> };

/** The evidence of one form; evidence with other data than the form promises is left out. */
export function inForm<F extends EvidenceForm>(evidence: Evidence[], form: F): InForm<F>[] {
  return evidence.flatMap(({ capability, number, data }) => {
    if (capability !== form) return [];
    const parsed = EVIDENCE_FORMS[form].safeParse(data);
    return parsed.success ? [{ number, data: parsed.data as EvidenceFormData<F> }] : [];
  });
}
