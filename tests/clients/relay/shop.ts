// What a front end with Relay writes; compiled, never run.
import { graphql } from 'relay-runtime';

/** A row of a list. */
export const row = graphql`
  fragment shop_row on Order {
    id
    number
    status
    total {
      amount
      currency
    }
  }
`;

/** One order, fetched again by its id alone. */
export const details = graphql`
  fragment shop_details on Order @refetchable(queryName: "shopDetailsRefetchQuery") {
    ...shop_row
    invoice {
      number
      pdfUrl
    }
  }
`;

/** A person's orders, page by page. */
export const orders = graphql`
  fragment shop_orders on User
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "shopOrdersPageQuery") {
    orders(first: $first, after: $after) @connection(key: "shop_orders") {
      edges {
        node {
          ...shop_details
        }
      }
      totalCount
    }
  }
`;

/** The plans on sale, a list of nobody's. */
export const plans = graphql`
  fragment shop_plans on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "shopPlansPageQuery") {
    plans(first: $first, after: $after, filter: { isActive: true }) @connection(key: "shop_plans", filters: ["filter"]) {
      edges {
        node {
          id
          name
        }
      }
    }
  }
`;

export const page = graphql`
  query shopPageQuery {
    ...shop_plans
    me {
      ...shop_orders
    }
  }
`;

export const anything = graphql`
  query shopAnythingQuery($id: ID!) {
    node(id: $id) {
      __typename
      ... on Order {
        ...shop_details @alias
      }
      ... on Plan {
        slug
      }
    }
  }
`;

/** Puts the new order at the head of the list. */
export const buy = graphql`
  mutation shopBuyMutation($input: CreateOrderInput!, $connections: [ID!]!) {
    createOrder(input: $input) {
      order @prependNode(connections: $connections, edgeTypeName: "OrderEdge") {
        ...shop_row
      }
      errors {
        code
        path
      }
    }
  }
`;

/** Takes who was erased from every list. */
export const erase = graphql`
  mutation shopEraseMutation($input: EraseUserInput!, $connections: [ID!]!) {
    eraseUser(input: $input) {
      erasedUserId @deleteEdge(connections: $connections) @deleteRecord
    }
  }
`;

export const watch = graphql`
  subscription shopWatchSubscription($orderId: ID!) {
    orderStatusChanged(orderId: $orderId) {
      status
      order {
        ...shop_row
      }
    }
  }
`;
