/**
 * The Session Manager agent that AWS nodes install. AWS signs its packages with keys that change every year or two, so
 * version and key belong together: the latest packages have signatures of a newer key. To move on, take the key of the
 * "Verify the signature of SSM Agent" page of AWS's documentation and a version that it signed.
 */
export const SESSION_AGENT = {
  /** Released in October 2024. */
  version: "3.3.987.0",
  /**
   * AWS's key DE92 C7DA 3E56 E923 31D6 2A36 BC1F 495C 97DD 04ED, which signed packages until February 2025, with its
   * self-signature only. Source: the same page, and aws/amazon-ssm-agent, linux_public_key_helper.go.
   */
  key: [
    "mQENBGTtIoIBCAD2M1aoGIE0FXynAHM/jtuvdAVVaX3Q4ZejTqrX+Jq8ElAMhxyOGzHu2CDtCYxtVxXK3unptLVt2kGgJwNbhYC3",
    "93jDeZx5dCda4Nk2YXX1UK3P461iaxuuXRzMYvfM4RZn+7bJTu635tA07q9Xm6MGD4TCTvsjBfViOxbrxOg5ozWbJdSwfSR8MwUr",
    "RfmFpAefRlYfCEuZ8FHywa9U6jLeWt2O/kqrZliJOAGjGzXtB7EZkqKbfaCCxikjjvhF1awdEqSK4DQorC/OvQc4I5kP5y2CJbtX",
    "vXO73QH2yE75JMDIIx9xrOsIRUoSfK3UrWaOVuAnEEn5ueKzZNqGG1J1ABEBAAG0J1NTTSBBZ2VudCA8c3NtLWFnZW50LXNpZ25l",
    "ckBhbWF6b24uY29tPokBPwQTAQIAKQUCZO0iggIbLwUJAsaYgAcLCQgHAwIBBhUIAgkKCwQWAgMBAh4BAheAAAoJELwfSVyX3QTt",
    "+icH/A//tJsWI+7Ay8FGJh8dJPNy++HIBjVSFdGNJFWNbw1Z8uZcazHEcUCH3FhW4CLQLTZ3OVPzqvFwzDtRDVIN/Y9EGDhLMFvi",
    "mrE+/z4olWsJ5DANf6BnX8I5UNIcRt5d8SWH1BEJ2FWIBZFgKyTDI6XzRC5x4ahtgpOVAGeeKDehs+wh6Ga4W0/K4GsviP1Kyr+I",
    "c2brNAIq0q0IHyN1q9zam3Y0+jKwEuNmTj+Bjyzshyv/X8S0JWWoXJhkexkOvWeBYNNt5wI4QcSteyfIzp6KlQF8q11Hzz9D9WaP",
    "fcBEYyhq7vLEARobkbQMBzpkmaZua2410RaWG50HRvrgm4Y=",
  ].join(""),
} as const;
