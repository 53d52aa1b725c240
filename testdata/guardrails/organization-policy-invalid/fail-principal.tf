resource "aws_organizations_policy" "this" {
  name = "ecr"
  type = "SERVICE_CONTROL_POLICY"
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {"Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Resource": "*"}, # expect: has no Principal
    ]
  })
}
