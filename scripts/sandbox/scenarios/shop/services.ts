/** One request that a service answers: how long its own work takes (ms, median) and what it calls, one after the other. */
export type Operation = { name: string; work: number; calls: [service: string, operation: string][] };

export type ShopService = {
  name: string;
  image: string;
  version: string;
  port: number;
  /** Share of a core and MiB that one pod uses on a quiet day. */
  cpu: number;
  memory: number;
  operations: Record<string, Operation>;
};

export const NAMESPACE = 'store';

const service = (
  name: string,
  version: string,
  [cpu, memory]: [number, number],
  operations: Record<string, Omit<Operation, 'name'>>,
): ShopService => ({
  name,
  image: `ghcr.io/store/${name}:${version}`,
  version,
  port: 8080,
  cpu,
  memory,
  operations: Object.fromEntries(Object.entries(operations).map(([key, value]) => [key, { name: key, ...value }])),
});

/** Ten services of a shop: `storefront` is where users come in, `quotes`, `fraud` and `pricing` are deep below. */
export const SHOP_SERVICES: ShopService[] = [
  service('storefront', '7.4.1', [0.22, 310], {
    'GET /products': {
      work: 9,
      calls: [
        ['products', 'ListProducts'],
        ['suggestions', 'Suggest'],
      ],
    },
    'GET /basket': { work: 7, calls: [['basket', 'GetBasket']] },
    'POST /orders': { work: 11, calls: [['ordering', 'PlaceOrder']] },
  }),
  service('products', '3.18.0', [0.16, 240], { ListProducts: { work: 14, calls: [['pricing', 'GetPrices']] } }),
  service('suggestions', '1.9.2', [0.12, 420], { Suggest: { work: 12, calls: [['products', 'ListProducts']] } }),
  service('basket', '2.6.0', [0.08, 180], {
    GetBasket: { work: 6, calls: [['pricing', 'GetPrices']] },
    EmptyBasket: { work: 4, calls: [] },
  }),
  service('pricing', '5.0.3', [0.11, 150], { GetPrices: { work: 5, calls: [] } }),
  service('ordering', '4.11.5', [0.14, 350], {
    PlaceOrder: {
      work: 16,
      calls: [
        ['basket', 'GetBasket'],
        ['delivery', 'Ship'],
        ['payment', 'Charge'],
        ['basket', 'EmptyBasket'],
        ['mailer', 'SendConfirmation'],
      ],
    },
  }),
  service('payment', '6.2.0', [0.1, 260], { Charge: { work: 22, calls: [['fraud', 'Score']] } }),
  service('fraud', '2.3.1', [0.18, 500], { Score: { work: 18, calls: [] } }),
  service('delivery', '1.14.0', [0.07, 190], { Ship: { work: 8, calls: [['quotes', 'GetQuote']] } }),
  service('quotes', '3.1.4', [0.06, 130], { GetQuote: { work: 7, calls: [] } }),
  service('mailer', '2.0.8', [0.04, 120], { SendConfirmation: { work: 10, calls: [] } }),
];

/** What users do, by its share of the requests. */
export const TRAFFIC: [share: number, operation: string][] = [
  [0.45, 'GET /products'],
  [0.7, 'GET /basket'],
  [1, 'POST /orders'],
];

export const shopService = (name: string): ShopService => SHOP_SERVICES.find((one) => one.name === name)!;
