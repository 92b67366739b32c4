"""The pure core of identity: accounts, the claims on identity numbers, and what forms must say."""
