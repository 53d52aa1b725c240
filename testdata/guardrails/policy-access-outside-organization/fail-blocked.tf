resource "aws_ecr_repository_policy" "app" {
  repository = "app"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::999999999999:role/build" } # expect: currently blocked by `aws_organizations_policy.identities`
        Action    = "ecr:BatchGetImage"
      },
    ]
  })
}

resource "aws_organizations_policy" "identities" {
  name = "identities"
  type = "RESOURCE_CONTROL_POLICY"
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "ecr:*"
        Resource  = "*"
        Condition = {
          StringNotEqualsIfExists = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }
          BoolIfExists            = { "aws:PrincipalIsAWSService" = "false" }
        }
      },
    ]
  })
}

resource "aws_organizations_policy_attachment" "identities" {
  policy_id = aws_organizations_policy.identities.id
  target_id = "r-a1b2"
}
