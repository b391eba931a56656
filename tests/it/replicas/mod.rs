//! Several servers on one database.

mod through_redis;
