//! The command line makes the first admin.

use entity::users::{Role, user};

use crate::base::{Op, Result};

use super::{account::NewUser, create_user::create_user};

/// Makes an admin with a verified address. Run twice, it refuses and changes nothing: neither the password
/// nor the role of an account that is there already.
///
/// # Errors
/// Whoever is not admin or a part of Fabrica; a field that cannot be taken, [`crate::base::Code::Taken`] among them.
pub async fn create_admin(op: &Op, new: NewUser) -> Result<user::Model> {
    create_user(op, &new, Role::Admin, true).await
}
