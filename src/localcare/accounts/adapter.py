"""What differs here from a public site: nobody opens an account for themselves."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "The user name or the password is wrong. Check both; capitals matter.",
        "account_inactive": "This account is closed. Ask the manager of your practice or team.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request) -> bool:
        return False
