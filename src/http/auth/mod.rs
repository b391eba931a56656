//! Sessions of our own pages in a browser. The refresh token lives in a cookie that no script can read and no other
//! site can have sent; the page itself holds the access token, in memory. Everything else goes through `/graphql`,
//! where cookies count for nothing.

mod cookie;
mod doors;
mod site;

pub(super) use doors::router;
pub(super) use site::is_own_origin;
