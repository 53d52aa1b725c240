data "aws_iam_policy" "power" {
  name = "AmazonEC2ContainerRegistryPowerUser"
}

data "aws_iam_policy" "full" {
  arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryFullAccess"
}

resource "aws_iam_role" "listed" {
  name                = "listed"
  assume_role_policy  = jsonencode({ Version = "2012-10-17", Statement = [] })
  managed_policy_arns = ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryFullAccess"] # expect
}

resource "aws_iam_user_policy_attachments_exclusive" "only" {
  user_name   = "build"
  policy_arns = ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"] # expect
}

resource "aws_iam_group_policy_attachment" "named" {
  group      = "builders"
  policy_arn = data.aws_iam_policy.power.arn # expect
}

resource "aws_iam_policy_attachment" "looked_up" {
  name       = "builders"
  groups     = ["builders"]
  policy_arn = data.aws_iam_policy.full.arn # expect
}

resource "aws_ssoadmin_managed_policy_attachment" "set" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1"
  permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
  managed_policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryFullAccess" # expect
}
