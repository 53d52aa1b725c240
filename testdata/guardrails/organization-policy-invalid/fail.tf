resource "aws_organizations_policy" "this" {
  name = "ecr"
  type = "SERVICE_CONTROL_POLICY"
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {"Effect": "Deny", "Action": "ecr:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipleOrgID": "o-a1b2c3d4e5"}}}, # expect: `aws:PrincipalOrgID` is meant
    ]
  })
}
