import type { Database } from '../database/database.ts';
import { type BudgetStore, createBudgetStore } from './budget-store.ts';
import { type ChartStore, createChartStore } from './chart-store.ts';
import { createDeliveryStore, type DeliveryStore } from './delivery-store.ts';
import { createIncidentStore, type IncidentStore } from './incident-store.ts';
import { createIntakeStore, type IntakeStore } from './intake-store.ts';
import { createInvestigationStore, type InvestigationStore } from './investigation-store.ts';
import { createMcpStatusStore, type McpStatusStore } from './mcp-status-store.ts';
import { createPaceStore, type PaceStore } from './pace-store.ts';

/** The repositories, one for each stretch of an alert's way, and what processes tell of themselves. */
export type Store = {
  intake: IntakeStore;
  incidents: IncidentStore;
  investigations: InvestigationStore;
  deliveries: DeliveryStore;
  charts: ChartStore;
  budgets: BudgetStore;
  mcpStatuses: McpStatusStore;
  paces: PaceStore;
};

/** Opens the repositories on a migrated database. */
export function createStore(database: Database): Store {
  return {
    intake: createIntakeStore(database),
    incidents: createIncidentStore(database),
    investigations: createInvestigationStore(database),
    deliveries: createDeliveryStore(database),
    charts: createChartStore(database),
    budgets: createBudgetStore(database),
    mcpStatuses: createMcpStatusStore(database),
    paces: createPaceStore(database),
  };
}
