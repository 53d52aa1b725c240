resource "aws_organizations_policy" "identity" {
  name = "ecr-identity"
  type = "RESOURCE_CONTROL_POLICY"
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OurIdentities"
      Effect    = "Deny"
      Principal = "*"
      Action    = "ecr:*"
      Resource  = "*"
      Condition = {
        StringNotEqualsIfExists = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }
        BoolIfExists            = { "aws:PrincipalIsAWSService" = "false" }
      }
    }]
  })
}

resource "aws_organizations_policy" "network" {
  name = "network"
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "OurNetworks"
      Effect   = "Deny"
      Action   = ["ecr:PutImage", "ecr:BatchGetImage"]
      Resource = "*"
      Condition = {
        NotIpAddressIfExists    = { "aws:SourceIp" = "198.18.0.0/16" }
        StringNotEqualsIfExists = { "aws:VpceOrgID" = "o-a1b2c3d4e5", "aws:PrincipalTag/anywhere" = "true" }
      }
    }]
  })
}

resource "aws_organizations_policy_attachment" "network" {
  policy_id = aws_organizations_policy.network.id
  target_id = "r-ab12"
}

resource "aws_vpc_endpoint" "api" {
  vpc_id            = "vpc-0a1b2c3d"
  service_name      = "com.amazonaws.us-east-1.ecr.api"
  vpc_endpoint_type = "Interface"
}
