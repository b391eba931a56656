// Which colour a status has.
import type { OrderStatus, SubscriptionStatus } from '../generated/graphql';
import type { Tone } from './basics';

export function toneOfOrder(status: OrderStatus): Tone {
  switch (status) {
    case 'PAID':
    case 'COMPLETED':
      return 'good';
    case 'PENDING':
    case 'AWAITING_PAYMENT':
    case 'PROCESSING':
      return 'busy';
    case 'FAILED':
      return 'bad';
    case 'CANCELLED':
    case 'EXPIRED':
    case 'REFUNDED':
      return 'calm';
  }
}

export function toneOfSubscription(status: SubscriptionStatus): Tone {
  switch (status) {
    case 'ACTIVE':
    case 'TRIALING':
      return 'good';
    case 'PENDING':
    case 'PAUSED':
      return 'busy';
    case 'PAST_DUE':
      return 'bad';
    case 'CANCELLED':
    case 'EXPIRED':
      return 'calm';
  }
}
