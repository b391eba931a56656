// A component that says itself which fields it shows, and can read no others.
import { type FragmentType, getFragmentData, graphql } from './generated/index.js';

const PlanCard = graphql(`
  fragment PlanCard on Plan {
    name
    price {
      amount
      currency
    }
  }
`);

export function planCard(plan: FragmentType<typeof PlanCard>): string {
  const { name, price } = getFragmentData(PlanCard, plan);
  return `${name}: ${price.amount} ${price.currency}`;
}
