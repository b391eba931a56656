// What a front end with gql.tada writes: types from the text of the document itself. Compiled strictly, never run.
import { initGraphQLTada, readFragment, type FragmentOf, type ResultOf, type VariablesOf } from 'gql.tada';
import type { introspection } from './generated/introspection.js';

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { Date: string; DateTime: string; Decimal: string; JSON: unknown; URL: string };
}>();

const Price = graphql(`
  fragment Price on Plan {
    slug
    price {
      amount
      currency
    }
  }
`);

const Plans = graphql(
  `
    query Plans($first: Int) {
      plans(first: $first, sort: { key: NAME }) {
        nodes {
          id
          ...Price
        }
      }
    }
  `,
  [Price],
);

const Anything = graphql(`
  query Anything($id: ID!) {
    node(id: $id) {
      __typename
      ... on Order {
        status
      }
      ... on Payment {
        paidStatus: status
      }
    }
  }
`);

const BeginPayment = graphql(`
  mutation BeginPayment($input: BeginPaymentInput!) {
    beginPayment(input: $input) {
      redirectUrl
      errors {
        code
        path
      }
    }
  }
`);

export function price(plan: FragmentOf<typeof Price>): string {
  const { slug, price } = readFragment(Price, plan);
  return `${slug}: ${price.amount} ${price.currency satisfies 'TWD' | 'USD'}`;
}

export function prices({ plans }: ResultOf<typeof Plans>): string[] {
  return plans.nodes.map(price);
}

export function paid(node: ResultOf<typeof Anything>['node']): boolean {
  return node?.__typename === 'Payment' && node.paidStatus === 'PAID';
}

export const input: VariablesOf<typeof BeginPayment> = {
  input: { orderId: 'ord_x', method: 'CREDIT_CARD', idempotencyKey: 'once' },
};

export const unnamed: VariablesOf<typeof BeginPayment> = {
  // @ts-expect-error A method that there is not.
  input: { orderId: 'ord_x', method: 'CASH', idempotencyKey: 'once' },
};

// @ts-expect-error Money is text: a number would be rounded.
export const rounded: ResultOf<typeof Price>['price']['amount'] = 12.8;
