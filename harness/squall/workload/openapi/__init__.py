"""Operations, values and bodies from an app's OpenAPI document."""
