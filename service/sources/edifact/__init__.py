"""UN/EDIFACT (ISO 9735), as far as all message types share it.

- `envelope`: files to messages to segments; counts, references and character sets are checked
- `moment`: dates and times of DTM and UNB
- `container`: what the segments around one container say
- `source`: a `PaperSource` from a function that maps one message
"""
