"""What schemathesis has to know of this schema: values of its scalars, and which errors are ours."""

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

# Who may not, and what is not there, is the caller's affair; schemathesis would blame the server.
THEIRS = {
    "BAD_USER_INPUT",
    "BAD_REQUEST",
    "FORBIDDEN",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "INVALID_CURSOR",
    "NOT_FOUND",
    "OPERATION_RESOLUTION_FAILURE",
    "QUERY_TOO_COMPLEX",
    "QUERY_TOO_DEEP",
    "QUERY_TOO_LARGE",
    "UNAUTHENTICATED",
}

anything = st.text().map(nodes.String)
instants = st.datetimes().map(lambda at: nodes.String(at.isoformat() + "Z"))
decimals = st.decimals(allow_nan=True).map(lambda number: nodes.String(str(number)))
for name, usual in {
    "Date": st.dates().map(lambda day: nodes.String(day.isoformat())),
    "DateTime": instants,
    "Decimal": decimals,
    "URL": st.just(nodes.String("https://example.com/?a=1#b")),
    "JSON": anything,
}.items():
    schemathesis.graphql.scalar(name, usual | anything)


@schemathesis.check
def no_error_of_ours(context, response, case):
    """Neither 5xx, nor an error with a code that says that we failed, nor one without a code."""
    assert response.status_code < 500, f"status {response.status_code}"
    answer = response.json()
    for error in answer.get("errors", []):
        code = error.get("extensions", {}).get("code")
        assert code in THEIRS, f"{code}: {error['message']}"
