"""The hour of a mail for each person, where their clicks tell it better than those of the list."""
