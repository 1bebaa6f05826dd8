"""SQL for what a person is known by in a source: NHS number, birth date, sex, postcode, name."""

_DIGITS = " + ".join(f"({10 - i} * substr(n, {i + 1}, 1)::INT)" for i in range(9))

# V81997, V81998 and V81999 stand for no practice, none applicable and not known (NHS Data Dictionary).
# The check digit is Modulus 11 (NHS Data Dictionary, NHS NUMBER); 0000000000 passes it and is nobody's.
MACROS = f"""
CREATE OR REPLACE MACRO ten_digits(n) AS
    CASE WHEN regexp_full_match(n, '[0-9]{{10}}') AND n <> '0000000000'
         AND (11 - ({_DIGITS}) % 11) % 11 = substr(n, 10, 1)::INT THEN n END;
CREATE OR REPLACE MACRO nhs_number(text) AS ten_digits(replace(replace(text, ' ', ''), '-', ''));
CREATE OR REPLACE MACRO digits(text) AS nullif(regexp_replace(text, '[^0-9]', '', 'g'), '');
CREATE OR REPLACE MACRO plain_postcode(text) AS nullif(upper(replace(text, ' ', '')), '');
CREATE OR REPLACE MACRO spaced_postcode(plain) AS
    CASE WHEN length(plain) > 3 THEN left(plain, -3) || ' ' || right(plain, 3) ELSE coalesce(plain, '') END;
CREATE OR REPLACE MACRO plain_name(text) AS
    nullif(regexp_replace(upper(strip_accents(text)), '[^A-Z]', '', 'g'), '');
CREATE OR REPLACE MACRO plain_sex(text) AS
    CASE WHEN text IN ('M', '1', 'Male') THEN 'male' WHEN text IN ('F', '2', 'Female') THEN 'female' END;
CREATE OR REPLACE MACRO plain_practice(text) AS CASE WHEN text NOT LIKE 'V8199%' THEN nullif(text, '') END;
CREATE OR REPLACE MACRO listed_codes(text) AS
    list_filter(regexp_split_to_array(replace(upper(text), '.', ''), '[^A-Z0-9]+'), lambda code: code <> '');
CREATE OR REPLACE MACRO row_owner(organisation, patient_id) AS hash(organisation || chr(31) || patient_id);
"""


def known_by(
    nhs: str,
    birth: str,
    sex: str,
    postcode: str,
    *,
    practice: str | None = None,
    family: str | None = None,
    given: str | None = None,
) -> dict[str, str]:
    """What to keep of a source's columns so that its rows can be linked."""
    return {
        "nhs": f'nhs_number("{nhs}")',
        "written": f'CASE WHEN nhs_number("{nhs}") IS NULL THEN digits("{nhs}") END',
        "birth": f'"{birth}!"',
        "sex": f'plain_sex("{sex}")',
        "postcode": f'plain_postcode("{postcode}")',
        "practice": f'plain_practice("{practice}")' if practice else "NULL::VARCHAR",
        "family": f'plain_name("{family}")' if family else "NULL::VARCHAR",
        "given": f'plain_name("{given}")' if given else "NULL::VARCHAR",
    }
