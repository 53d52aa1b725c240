pull_accounts = [
  "arn:aws:iam::345678901234:role/deploy",
  "arn:aws:iam::999999999999:root",
]
