//! Making the first admin.

use std::{
    io::{self, BufRead},
    sync::Arc,
};

use domain::{
    base::{
        Op,
        entropy::{SystemEntropy, readable_code},
    },
    users::{NewUser, create_admin},
};

use crate::{app, cli::CreateAdmin, config::Config};

use super::{Failure, migrate};

/// Makes an admin. Works beside a running server: nothing is kept in memory that it would change.
///
/// # Errors
/// The database is not up to date, or a value cannot be taken; the message names it.
pub async fn run(config: &Config, wanted: &CreateAdmin) -> Result<(), Failure> {
    let password = match wanted.password_stdin {
        true => read_line(&mut io::stdin().lock())?,
        // 100 bits, in groups that can be typed.
        false => readable_code(&SystemEntropy, 20),
    };
    let app = app::build(config).await?;
    let missing = migrate::pending(&app.database).await?;
    if !missing.is_empty() {
        return Err("the database is not up to date; run `fabrica migrate up` first".into());
    }
    let op = Op::system(Arc::clone(&app), "create-admin", "command");
    let new = NewUser {
        username: wanted.username.clone(),
        email: wanted.email.clone(),
        password: password.clone(),
        ..NewUser::default()
    };
    let admin = create_admin(&op, new).await.map_err(explain)?;
    println!("{} ({}) is admin", admin.username, admin.id);
    if !wanted.password_stdin {
        println!("password: {password}\nIt is shown this once; change it after the first log-in.");
    }
    Ok(())
}

fn read_line(input: &mut impl BufRead) -> Result<String, Failure> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err("--password-stdin: standard input holds no password".into());
    }
    Ok(password.to_owned())
}

/// Names the flag that the refused value came from.
fn explain(error: domain::base::Error) -> Failure {
    match error {
        domain::base::Error::Invalid { field, message, .. } => {
            format!("--{field}: {message}").into()
        }
        other => Box::new(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_first_line_and_keeps_its_blanks() {
        assert_eq!(read_line(&mut &b" a b \r\nmore"[..]).unwrap(), " a b ");
        assert!(read_line(&mut &b"\n"[..]).is_err());
        assert!(read_line(&mut &b""[..]).is_err());
    }
}
