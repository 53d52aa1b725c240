kms_key_arn = "arn:aws:kms:eu-west-1:210987654321:key/0f2c4a6e-1b3d-4c5f-8a7b-9c0d1e2f3a4b"
partners = {
  acme = "987654321098"
}
