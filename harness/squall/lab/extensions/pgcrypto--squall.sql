-- The part of pgcrypto that the core can do; gen_random_uuid() is the core's own.
CREATE FUNCTION digest(data bytea, type text) RETURNS bytea
IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
  RETURN CASE lower(type)
    WHEN 'md5' THEN decode(md5(data), 'hex')
    WHEN 'sha224' THEN sha224(data)
    WHEN 'sha256' THEN sha256(data)
    WHEN 'sha384' THEN sha384(data)
    WHEN 'sha512' THEN sha512(data)
  END;
END $$;
CREATE FUNCTION digest(data text, type text) RETURNS bytea
IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql
AS $$ BEGIN RETURN digest(convert_to(data, 'UTF8'), type); END $$;
CREATE FUNCTION gen_random_bytes(count integer) RETURNS bytea VOLATILE STRICT LANGUAGE sql AS $$
  SELECT substr(string_agg(decode(md5(gen_random_uuid()::text), 'hex'), ''), 1, count)
  FROM generate_series(0, count / 16)
$$;
CREATE FUNCTION gen_salt(type text) RETURNS text VOLATILE STRICT LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'gen_salt is not in the stand-in for pgcrypto; take a server that has it';
END $$;
CREATE FUNCTION crypt(password text, salt text) RETURNS text IMMUTABLE STRICT LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'crypt is not in the stand-in for pgcrypto; take a server that has it';
END $$;
