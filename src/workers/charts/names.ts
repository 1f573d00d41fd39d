import type { Component } from '../localisation/telemetry/component.ts';
import { line } from '../report-blocks/slack-blocks.ts';

const MOST_CHARACTERS = 80;

/** A name from telemetry on one line, masked and without markup, as a chart or its title may show it. */
export const plainName = (name: string): string => line(name, MOST_CHARACTERS);

/** True when a report's component is this one: the service or its instance, alone or as a word of what the report says. */
export function isComponent(told: string | null, component: Component | null): boolean {
  if (told === null || component === null) return false;
  const whole = told.trim().toLowerCase();
  const words = [whole, ...wordsOf(whole)];
  const names = [component.service, component.instance].flatMap((name) => (name ? [name.toLowerCase()] : []));
  return names.some((name) => words.includes(name));
}

/** The names that a report's component may consist of: "payment (pod payment-7f9)". */
export const wordsOf = (told: string): string[] => told.split(/[^\w.-]+/).filter(Boolean);
