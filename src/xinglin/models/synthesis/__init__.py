"""What every generator of tables shares: rules that must hold, drawing until they do, how near a row is to a person, and how a table is judged."""
